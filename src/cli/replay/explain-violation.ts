import type { Violation } from '../../claims/check-hook-response.js';
import { nearest } from '../samples/nearest.js';
import { memberOf } from './replay-call.js';

/** What usually is behind a broken rule, and what to do instead; empty where the rule says it all. */
export function adviseOn({ at, section, rule }: Violation, response: unknown): string {
  const found = valueAt(response, at);
  if (at.endsWith('/type')) return adviseOnType(found);
  if (at.endsWith('/op')) return adviseOnOperation(found);
  if (section === '2.3' && at.endsWith('/value')) return 'a single operation stands in a list, too';
  if (section === '2.8') return adviseOnLifetime(found);
  if (section === '2.10')
    return 'look whether the request has data.identity or data.access before patching it';
  if (at.endsWith('/path')) return adviseOnPath(String(found), rule);
  if (section === '2.7') return 'to take a claim away, remove it';
  return '';
}

function adviseOnType(type: unknown): string {
  if (type === 'com.okta.assertion.patch') return 'com.okta.assertion.patch is for SAML hooks';
  const [meant] = nearest(String(type), ['com.okta.access.patch', 'com.okta.identity.patch']);
  return `${quoted(type)} is neither com.okta.access.patch nor com.okta.identity.patch${
    meant === undefined ? '' : `; did you mean ${meant}?`
  }`;
}

function adviseOnOperation(op: unknown): string {
  if (typeof op !== 'string') return '';
  if (['move', 'copy', 'test'].includes(op)) return `JSON Patch has ${op}, and Okta does not`;
  const lower = op.toLowerCase();
  return ['add', 'replace', 'remove'].includes(lower) ? `${quoted(op)} is to be written ${lower}` : '';
}

function adviseOnLifetime(value: unknown): string {
  if (typeof value === 'string') return `${quoted(value)} is a text: give a number`;
  return typeof value === 'number' ? `${String(value)} is out of bounds` : '';
}

function adviseOnPath(path: string, rule: string): string {
  if (rule.includes('reserved')) return 'give the claim a name of its own';
  if (/^\/claims\/[a-z][a-z0-9+.-]*:\/\//i.test(path))
    return `a / in a claim’s name is written ~1, as in /claims/${path.slice('/claims/'.length).replaceAll('/', '~1')}`;
  if (/%[0-9a-f]{2}/i.test(path)) return 'paths are JSON Pointers, and not percent-encoded';
  if (!path.startsWith('/'))
    return `a path begins with /claims/, as in /claims/${path.replace(/^claims[./]/, '')}`;
  if (/^\/(?!claims\/|token\/)[^/]+$/.test(path)) return `claims stand below /claims, as in /claims${path}`;
  if (rule.includes('parent')) return 'add the whole object first, or add it as one claim';
  if (rule.includes('replace does not exist')) return 'add it, where the draft does not carry it';
  if (rule.includes('remove does not exist')) return 'remove only what the draft carries';
  return '';
}

function quoted(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

/** What stands at a JSON Pointer of ours, which needs no unescaping but for unknown members. */
function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (here, name) =>
        Array.isArray(here) ? (here as readonly unknown[])[Number(name)] : memberOf(here, name),
      value,
    );
}
