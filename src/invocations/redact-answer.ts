import { LIFETIME_PATH } from '../okta/limits.js';
import type { Json, TokenHookResponse } from '../okta/token-hook-response.js';
import type { RecordableTrace } from './recordable-call.js';
import type { Redactor } from './redactor.js';

/** An answer as it is kept. Its claims are named by mappings; their values may be made of anything that the directory knows of a person. */
export function redactAnswer(text: string, redactor: Redactor): Json {
  const answer = JSON.parse(text) as TokenHookResponse;
  if ('error' in answer) return { error: { errorSummary: answer.error.errorSummary } };
  return {
    commands: answer.commands.map(({ type, value }) => ({
      type,
      value: value.map((operation) =>
        operation.op === 'remove' || operation.path === LIFETIME_PATH
          ? { ...operation }
          : { op: operation.op, path: operation.path, value: redactor.value(operation.value) },
      ),
    })),
  };
}

const ABSENT = 'its expression has no value';

/** The trace without what errors of expressions quote. */
export function redactTrace({ subject, selection, entitlements, mappings, tokens }: RecordableTrace): object {
  const { outcome, why, tenantId, membership, binding } = selection;
  return {
    subject,
    selection: {
      ...{ outcome, why, tenantId },
      membership: membership && { roles: membership.roles, isDefault: membership.isDefault },
      binding: binding && { roles: binding.roles },
    },
    entitlements: entitlements.map(({ featureId, value, source: { level, ids } }) => ({
      ...{ featureId, value, source: { level, ids } },
    })),
    mappings: mappings.map((mapping) => (mapping.kind === 'absent' ? { ...mapping, why: ABSENT } : mapping)),
    tokens,
  };
}

/** What the directory gave for a call: what of it comes back in an answer says nothing about a person. */
export function wordsOfTrace({ selection, entitlements }: RecordableTrace): readonly unknown[] {
  const covers = [selection.membership, selection.binding].flatMap((cover) => cover?.roles ?? []);
  return [...covers, ...entitlements.flatMap(({ featureId, value }) => [featureId, value].flat())];
}
