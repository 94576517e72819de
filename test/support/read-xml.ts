/** An element of an XML document, read by a reader that takes nothing that is not well-formed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN = /<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ALLOWED = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/** Reads elements, attributes, texts and entities: what JUnit files have. @throws Error where it is not well-formed */
export function readXml(document: string): XmlElement {
  if (!ALLOWED.test(document)) throw new Error('a character that XML has no place for');
  const [prolog = ''] = /^<\?xml [^?]*\?>\s*/.exec(document) ?? [];
  const open: OpenElement[] = [{ name: '', attributes: {}, children: [], text: '' }];
  const top = (): OpenElement => open.at(-1) ?? { name: '', attributes: {}, children: [], text: '' };
  TOKEN.lastIndex = prolog.length;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(document);
    if (found === null) throw new Error(`not well-formed at ${document.slice(at, at + 60)}`);
    const [, closed, opened, attributes = '', isEmpty, text] = found;
    if (text !== undefined) top().text += unescape(text);
    if (opened !== undefined)
      open.push({ name: opened, attributes: readAttributes(attributes), children: [], text: '' });
    if (closed !== undefined || isEmpty === '/') {
      const ended = open.pop();
      if (ended === undefined || (closed !== undefined && closed !== ended.name))
        throw new Error(`</${String(closed)}> closes nothing that is open`);
      top().children.push(ended);
    }
  }
  const [root] = top().children;
  if (root === undefined || open.length > 1 || top().children.length > 1 || top().text.trim() !== '')
    throw new Error('not one element');
  return root;
}

function readAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescape(value)]));
}

function unescape(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|(\w+));|&/g, (_, code?: string, name?: string) => {
    const known = code === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(code));
    if (known === undefined) throw new Error('an & that begins no entity');
    return known;
  });
}
