import type { FileFault, Path } from '../../config/file-fault.js';
import { readYamlFile } from '../../config/yaml-file.js';
import { DirectoryFileDto } from './directory-file.dto.js';
import { DirectoryRefusedError, type FaultyFile } from './directory-fault.js';

/** A file whose shape is right, and where its parts stand. */
export interface DirectoryFile {
  readonly name: string;
  readonly content: DirectoryFileDto;
  readonly fault: (path: Path, problem: string) => FileFault;
  /** Whether the file has a member there, be it empty. */
  readonly has: (path: Path) => boolean;
}

/** A file before it is read. */
export interface FileText {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads a directory file: YAML 1.2 with one document, whose shape the class describes.
 *
 * @param name for messages
 * @throws DirectoryRefusedError with every fault at once
 */
export function readDirectoryFile(name: string, text: string): DirectoryFile {
  const file = readOne({ name, text });
  if ('faults' in file) throw new DirectoryRefusedError([file]);
  return file;
}

/** Reads several files. @throws DirectoryRefusedError with every fault of all of them */
export function readDirectoryFiles(texts: readonly FileText[]): readonly DirectoryFile[] {
  const files = texts.map(readOne);
  const faulty = files.filter((file): file is FaultyFile => 'faults' in file);
  if (faulty.length > 0) throw new DirectoryRefusedError(faulty);
  return files.filter((file): file is DirectoryFile => !('faults' in file));
}

function readOne({ name, text }: FileText): DirectoryFile | FaultyFile {
  const file = readYamlFile(text, {
    type: DirectoryFileDto,
    description: 'an object with "version: 1" and lists such as "tenants"',
  });
  if (file.kind === 'faults') return { name, faults: file.faults };
  return { name, content: file.content, fault: file.fault, has: file.has };
}
