import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { DirectoryFileDto } from './directory-file.dto.js';
import { DirectoryRefusedError, formatPath, type DirectoryFault, type Path } from './directory-fault.js';

/** The largest file that is read, in UTF-16 code units. */
const LENGTH_LIMIT = 16 * 1024 * 1024;

/** A file whose shape is right, and where its parts stand. */
export interface DirectoryFile {
  readonly name: string;
  readonly content: DirectoryFileDto;
  fault(path: Path, problem: string): DirectoryFault;
}

/**
 * Reads a directory file: YAML 1.2 with one document, whose shape the class describes.
 *
 * @param name for messages
 * @throws DirectoryRefusedError with every fault at once
 */
export function readDirectoryFile(name: string, text: string): DirectoryFile {
  const lines = new LineCounter();
  if (text.length > LENGTH_LIMIT) throw refused(name, 'is larger than 16 MiB: split it');
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ message, pos }) => ({
      path: '',
      line: lines.linePos(pos[0]).line,
      problem: message,
    }));
    throw new DirectoryRefusedError(name, faults);
  }
  const plain = toPlain(document, name);
  const fault = (path: Path, problem: string): DirectoryFault => ({
    path: formatPath(path),
    line: lineOf(document, lines, path),
    problem,
  });
  const content = plainToInstance(DirectoryFileDto, plain, { exposeDefaultValues: true });
  const errors = validateSync(content, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  const faults = errors
    .flatMap((error) => shapeFaults(error, []))
    .map(({ path, problem }) => fault(path, problem));
  if (faults.length > 0) throw new DirectoryRefusedError(name, faults);
  return { name, content, fault };
}

function refused(name: string, problem: string): DirectoryRefusedError {
  return new DirectoryRefusedError(name, [{ path: '', line: null, problem }]);
}

function toPlain(document: Document, name: string): object {
  let plain: unknown;
  try {
    plain = document.toJS();
  } catch {
    throw refused(name, 'has aliases that expand too far');
  }
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw refused(name, 'must be an object with "version: 1" and lists such as "tenants"');
  }
  return plain;
}

interface ShapeFault {
  readonly path: Path;
  readonly problem: string;
}

function shapeFaults(
  { property, constraints, children }: ValidationError,
  parents: Path,
): readonly ShapeFault[] {
  const path = [...parents, /^\d+$/.test(property) ? Number(property) : property];
  const own = Object.entries(constraints ?? {})
    .slice(0, 1)
    .map(([rule, message]) => ({
      path,
      problem: rule === 'whitelistValidation' ? 'is no member of this object' : withoutEach(message),
    }));
  return [...own, ...(children ?? []).flatMap((child) => shapeFaults(child, path))];
}

function withoutEach(message: string): string {
  return message.replace(/^each value in /, 'every entry ');
}

/** The line of the nearest part of the path that stands in the file. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}
