import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isNode, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import { DirectoryFileDto } from './directory-file.dto.js';
import { isInheritedName } from './file-validators.js';
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
    const faults = document.errors.map((error) => syntaxFault(error, lines));
    throw new DirectoryRefusedError(name, faults);
  }
  const fault = (path: Path, problem: string): DirectoryFault => ({
    path: formatPath(path),
    line: lineOf(document, lines, path),
    problem,
  });
  const plain = toPlain(document, { name, lines });
  const misplaced = misplacedParts(plain, []);
  if (misplaced.length > 0)
    throw new DirectoryRefusedError(
      name,
      misplaced.map(({ path, problem }) => fault(path, problem)),
    );
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

function syntaxFault({ code, message, pos }: YAMLError, lines: LineCounter): DirectoryFault {
  const problem = code === 'MULTIPLE_DOCS' ? 'a second document starts: give it a file of its own' : message;
  return { path: '', line: lines.linePos(pos[0]).line, problem };
}

function toPlain(
  document: Document,
  { name, lines }: { readonly name: string; readonly lines: LineCounter },
): object {
  const dangling = danglingAliases(document, lines);
  if (dangling.length > 0) throw new DirectoryRefusedError(name, dangling);
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

/** Aliases of anchors that are not there. */
function danglingAliases(document: Document, lines: LineCounter): readonly DirectoryFault[] {
  const faults: DirectoryFault[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return;
      const line = node.range ? lines.linePos(node.range[0]).line : null;
      faults.push({ path: '', line, problem: `the alias *${node.source} has no anchor` });
    },
  });
  return faults;
}

/** What class-transformer loses or trips over: members that every object has, and lists in lists. */
function misplacedParts(value: unknown, path: Path): readonly ShapeFault[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry: unknown, index) =>
      Array.isArray(entry)
        ? [{ path: [...path, index], problem: 'must not be a list in a list' }]
        : misplacedParts(entry, [...path, index]),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    isInheritedName(name)
      ? [{ path: [...path, name], problem: 'is no member of this object' }]
      : misplacedParts(member, [...path, name]),
  );
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
