import { performance } from 'node:perf_hooks';
import type { Database } from '../../database/database.js';
import { callControl } from '../../directory/control/control-snapshot.js';
import { readControlSnapshot } from '../../directory/control/read-control-snapshot.js';
import { databaseFacts } from '../../directory/facts/read-facts.js';
import { compileRequestCheck } from '../../stamping/compile-request-check.js';
import { explain } from '../../stamping/explain.js';
import { requireEverything } from '../authentication/admin-caller.js';
import { invalidFields } from '../problems/problem.js';
import type { Operation } from '../requests/operation.js';
import { pointerTo } from '../requests/pointer.js';
import { BODY_PROBLEMS } from '../requests/reading-problems.js';
import { validateBody } from '../requests/validate-document.js';
import { ExplainDto, ExplanationDto } from './explain.dto.js';
import { payloadFor } from './payload-for.js';

/** How long facts are waited for, in milliseconds: nobody's login waits for them. */
const DEADLINE_MS = 5_000;

interface Needs {
  readonly database: Database;
  readonly now: () => Date;
}

/** Says what would become of a call, by the code that stamps it. */
export function explainOperations({ database, now }: Needs): readonly Operation[] {
  const isTokenHookRequest = compileRequestCheck();
  return [
    {
      ...{ id: 'explain', method: 'POST', path: '/v1/explain', tag: 'explain' },
      ...{ scope: 'directory:read', isForTenants: false, body: ExplainDto },
      summary: 'Explain what would be stamped, and why',
      description:
        'A hook payload, or issuer, client, user, scopes and hint. Decided by the hook’s own code on what the directory ' +
        'holds; nothing is remembered. The answer names tenants that the call could select: the token needs ' +
        'directory:read for everything.',
      answers: { 200: { description: 'The decision and how it came about.', body: ExplanationDto } },
      problems: BODY_PROBLEMS,
      handle: async ({ caller, body }) => {
        requireEverything(caller, 'directory:read');
        const question = validateBody(ExplainDto, body, ['payload']);
        refuseMoreThanPayload(question);
        const snapshot = await readControlSnapshot(database);
        const payload: unknown = question.payload ?? payloadFor(question, snapshot);
        if (!isTokenHookRequest(payload)) {
          throw invalidFields([{ pointer: '/payload', detail: 'must be the body of a token hook request' }]);
        }
        const explanation = await explain(payload, {
          settingsOf: (issuerUri, clientId) => {
            const control = callControl(snapshot, issuerUri, clientId);
            return control && { ...control, deadlineMs: DEADLINE_MS };
          },
          source: databaseFacts(database),
          at: question.at === undefined ? now().getTime() : Date.parse(question.at),
          monotonicNow: () => performance.now(),
        });
        return { status: 200, body: explanation };
      },
    },
  ];
}

/** What a payload says nobody else has to say: beside one, only the instant counts. @throws Problem */
function refuseMoreThanPayload({ payload, at: _at, ...others }: ExplainDto): void {
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  if (payload === undefined || given.length === 0) return;
  throw invalidFields(
    given.map(([name]) => ({ pointer: pointerTo([name]), detail: 'must not stand beside a payload' })),
  );
}
