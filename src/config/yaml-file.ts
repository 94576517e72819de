import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isNode, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import { formatPath, type FileFault, type Path } from './file-fault.js';

/** The largest file that is read, in UTF-16 code units. */
const LENGTH_LIMIT = 16 * 1024 * 1024;

/** A file whose shape is right, and where its parts stand; or every fault at once. */
export type YamlFile<Content> =
  | ({ readonly kind: 'content'; readonly content: Content } & Places)
  | { readonly kind: 'faults'; readonly faults: readonly FileFault[] };

/** Where the parts of a file stand. */
interface Places {
  readonly fault: (path: Path, problem: string) => FileFault;
  /** Whether the file has a member there, be it empty. */
  readonly has: (path: Path) => boolean;
}

/** What a file holds. */
export interface YamlFileShape<Content extends object> {
  /** With the decorators of class-validator. */
  readonly type: new () => Content;
  /** In words, for example `an object with "version: 1"`. */
  readonly description: string;
}

/** Reads YAML 1.2 with one document, whose shape a class describes. */
export function readYamlFile<Content extends object>(
  text: string,
  shape: YamlFileShape<Content>,
): YamlFile<Content> {
  const lines = new LineCounter();
  if (text.length > LENGTH_LIMIT) return wholeFile('is larger than 16 MiB: split it');
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return { kind: 'faults', faults: document.errors.map((error) => syntaxFault(error, lines)) };
  }
  const dangling = danglingAliases(document, lines);
  if (dangling.length > 0) return { kind: 'faults', faults: dangling };
  let plain: unknown;
  try {
    plain = document.toJS();
  } catch {
    return wholeFile('has aliases that expand too far');
  }
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    return wholeFile(`must be ${shape.description}`);
  }
  const fault = (path: Path, problem: string): FileFault => ({
    path: formatPath(path),
    line: lineOf(document, lines, path),
    problem,
  });
  return checkShape(plain, shape, { fault, has: (path) => document.hasIn(path) });
}

function checkShape<Content extends object>(
  plain: object,
  { type }: YamlFileShape<Content>,
  places: Places,
): YamlFile<Content> {
  const misplaced = misplacedParts(plain, []);
  if (misplaced.length > 0) return asFaults(misplaced, places);
  const content = plainToInstance(type, plain, { exposeDefaultValues: true });
  const errors = validateSync(content, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  const misshapen = errors.flatMap((error) => shapeFaults(error, []));
  return misshapen.length > 0 ? asFaults(misshapen, places) : { kind: 'content', content, ...places };
}

function asFaults(faults: readonly ShapeFault[], { fault }: Places): YamlFile<never> {
  return { kind: 'faults', faults: faults.map(({ path, problem }) => fault(path, problem)) };
}

function wholeFile(problem: string): YamlFile<never> {
  return { kind: 'faults', faults: [{ path: '', line: null, problem }] };
}

function syntaxFault({ code, message, pos }: YAMLError, lines: LineCounter): FileFault {
  const problem = code === 'MULTIPLE_DOCS' ? 'a second document starts: give it a file of its own' : message;
  return { path: '', line: lines.linePos(pos[0]).line, problem };
}

/** Aliases of anchors that are not there. */
function danglingAliases(document: Document, lines: LineCounter): readonly FileFault[] {
  const faults: FileFault[] = [];
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

/** Whether every object of JavaScript has a member of this name: plain data under it gets lost on the way. */
export function isInheritedName(name: string): boolean {
  return Object.hasOwn(Object.prototype, name);
}
