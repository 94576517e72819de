import type { FileFault, Path } from '../../config/file-fault.js';
import { readYamlFile } from '../../config/yaml-file.js';
import { DirectoryFileDto } from './directory-file.dto.js';
import { DirectoryRefusedError } from './directory-fault.js';

/** A file whose shape is right, and where its parts stand. */
export interface DirectoryFile {
  readonly name: string;
  readonly content: DirectoryFileDto;
  fault(path: Path, problem: string): FileFault;
}

/**
 * Reads a directory file: YAML 1.2 with one document, whose shape the class describes.
 *
 * @param name for messages
 * @throws DirectoryRefusedError with every fault at once
 */
export function readDirectoryFile(name: string, text: string): DirectoryFile {
  const file = readYamlFile(text, {
    type: DirectoryFileDto,
    description: 'an object with "version: 1" and lists such as "tenants"',
  });
  if (file.kind === 'faults') throw new DirectoryRefusedError(name, file.faults);
  return { name, content: file.content, fault: file.fault };
}
