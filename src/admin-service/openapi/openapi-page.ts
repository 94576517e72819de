import { createHash } from 'node:crypto';
import type { Schema } from './class-schemas.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --quiet: #888; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; font: 1rem/1.5 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.2; }
h2 { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; }
h3 { margin: 2rem 0 .25rem; font-size: 1rem; }
code, pre { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.5em; font-weight: 700; }
.quiet { color: var(--quiet); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
td, th { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
th { font-weight: 400; white-space: nowrap; }
nav ul { columns: 3 12rem; padding-left: 1rem; }
`;

/** The page has a style and no script, and loads nothing. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'`;

type Members = Readonly<Record<string, unknown>>;

/** The description of the API as a page for people. */
export function openApiPage(document: Schema): string {
  const { title, description } = membersOf(document['info']);
  const tags = listOf(document['tags']).map((tag) => textOf(membersOf(tag)['name']));
  const schemas = membersOf(membersOf(document['components'])['schemas']);
  const operations = Object.entries(membersOf(document['paths'])).flatMap(([path, item]) =>
    Object.entries(membersOf(item)).map(([method, operation]) => ({ path, method, ...membersOf(operation) })),
  );
  const sections = tags.map((tag) => {
    const own = operations.filter((operation) => listOf(Reflect.get(operation, 'tags')).includes(tag));
    return `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>${own.map(describe).join('')}</section>`;
  });
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(textOf(title))}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escape(textOf(title))}</h1>${paragraphs(textOf(description))}`,
    '<p>The same as JSON: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
    `<nav aria-label="Contents"><ul>${[...tags, 'schemas'].map(link).join('')}</ul></nav>`,
    ...sections,
    `<section id="schemas"><h2>schemas</h2>${Object.entries(schemas).map(describeSchema).join('')}</section>`,
    '</body></html>',
  ].join('\n');
}

function link(tag: string): string {
  return `<li><a href="#${escape(tag)}">${escape(tag)}</a></li>`;
}

function describe(operation: Members): string {
  const { path, method, summary, description, operationId, parameters, requestBody, responses } = operation;
  const id = escape(textOf(operationId));
  const bodies = Object.entries(membersOf(membersOf(requestBody)['content'])).map(
    ([type, content]) =>
      `<p>Body (<code>${escape(type)}</code>): ${typeOfSchema(membersOf(membersOf(content)['schema']))}</p>`,
  );
  const heading = `<span class="method">${escape(textOf(method).toUpperCase())}</span><code>${escape(textOf(path))}</code>`;
  return [
    `<article id="${id}"><h3>${heading}</h3>`,
    `<p>${escape(textOf(summary))}.</p>${paragraphs(textOf(description))}`,
    table('Parameters', listOf(parameters).map(parameterRow)),
    ...bodies,
    table('Answers', Object.entries(membersOf(responses)).map(responseRow)),
    '</article>',
  ].join('');
}

type Row = readonly [string, string, string];

function parameterRow(parameter: unknown): Row {
  const { name, in: place, description, schema } = membersOf(parameter);
  return [
    `<code>${escape(textOf(name))}</code>`,
    `${escape(textOf(place))}, ${typeOfSchema(membersOf(schema))}`,
    escape(textOf(description)),
  ];
}

function responseRow([status, response]: readonly [string, unknown]): Row {
  const { description, content } = membersOf(response);
  const [schema] = Object.values(membersOf(content)).map((type) => membersOf(membersOf(type)['schema']));
  return [
    `<code>${escape(status)}</code>`,
    schema === undefined ? '' : typeOfSchema(schema),
    escape(textOf(description)),
  ];
}

function describeSchema([name, schema]: readonly [string, unknown]): string {
  const { properties, required } = membersOf(schema);
  const rows = Object.entries(membersOf(properties)).map(([member, property]): Row => {
    const { description, default: fallback } = membersOf(property);
    const isNeeded = listOf(required).includes(member);
    const preset =
      fallback === undefined ? '' : `Default: <code>${escape(JSON.stringify(fallback))}</code>. `;
    return [
      `<code>${escape(member)}</code>${isNeeded ? ' *' : ''}`,
      typeOfSchema(membersOf(property)),
      `${preset}${escape(textOf(description))}`,
    ];
  });
  return `<article id="schema-${escape(name)}"><h3>${escape(name)}</h3>${table(`Members of ${name}`, rows)}</article>`;
}

function typeOfSchema(schema: Members): string {
  const { $ref: reference, type, items, enum: words, format, anyOf } = schema;
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? '';
    return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
  }
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeOfSchema(membersOf(one))).join(' or ');
  if (Array.isArray(words)) return words.map((word) => `<code>${escape(String(word))}</code>`).join(' or ');
  if (items !== undefined) return `list of ${typeOfSchema(membersOf(items))}`;
  const page = membersOf(membersOf(schema['properties'])['items'])['items'];
  if (page !== undefined) return `page of ${typeOfSchema(membersOf(page))}`;
  const types = Array.isArray(type) ? type.map(String).join(' or ') : textOf(type);
  return escape(types === '' ? 'any JSON' : `${types}${typeof format === 'string' ? ` (${format})` : ''}`);
}

function table(label: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([first, second, third]) => {
    return `<tr><th scope="row">${first}</th><td class="quiet">${second}</td><td>${third}</td></tr>`;
  });
  return `<table aria-label="${escape(label)}"><tbody>${lines.join('')}</tbody></table>`;
}

function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${escape(paragraph)}</p>`)
    .join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
