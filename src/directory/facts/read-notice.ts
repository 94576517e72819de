import type { DirectoryChange } from './facts-cache.js';

/** What a notice of the change feed says has changed. */
export interface Notice {
  readonly facts: readonly DirectoryChange[];
  /** Whether issuers, modes, policies, mappings or credentials have. */
  readonly hasControl: boolean;
}

const EVERYTHING: Notice = { facts: [{ kind: 'everything' }], hasControl: true };

/**
 * Reads a notice: a JSON array of keys, each an array of its kind and ids, as the migration of the triggers describes. Anything else,
 * whoever sent it, means that everything may have changed.
 */
export function readNotice(payload: string): Notice {
  const keys = parse(payload);
  if (!Array.isArray(keys)) return EVERYTHING;
  const changes = keys.map(changeOf);
  if (changes.includes(undefined)) return EVERYTHING;
  return {
    facts: changes.filter((change) => change !== undefined && change !== 'control'),
    hasControl: changes.includes('control'),
  };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function changeOf(key: unknown): DirectoryChange | 'control' | undefined {
  if (!Array.isArray(key) || !key.every((part) => typeof part === 'string')) return undefined;
  const [kind, first, second] = key;
  switch (kind) {
    case 'user':
    case 'client':
      return first === undefined || second === undefined ? undefined : { kind, orgId: first, id: second };
    case 'tenant':
      return first === undefined ? undefined : { kind, id: first };
    case 'facts':
      return { kind: 'everything' };
    case 'control':
      return kind;
    default:
      return undefined;
  }
}
