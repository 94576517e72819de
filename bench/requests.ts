import { readFile } from 'node:fs/promises';
import { SUBJECTS, userId } from './directory.js';

const TEMPLATE = 'examples/payloads/request_01_authorization_code_user.json';
const TEMPLATE_USER = /00u4t9y2JkLmWq7Rz1d7/g;
const TEMPLATE_LOGIN = /dana\.rivers@acme\.example/g;

/** The body of one call for each subject: a sign-in at /authorize, without a tenant hint; about 2.7 KB. */
export async function readBodies(): Promise<readonly string[]> {
  const payload: unknown = JSON.parse(await readFile(TEMPLATE, 'utf8'));
  const template = JSON.stringify(payload, leaveOut).replaceAll('&tenant=blue', '');
  return Array.from({ length: SUBJECTS }, (_, subject) =>
    template
      .replaceAll(TEMPLATE_USER, userId(subject))
      .replaceAll(TEMPLATE_LOGIN, `user${String(subject)}@acme.example`),
  );
}

/** Okta sends the session in some flows only; without it the payload has the usual size. */
function leaveOut(name: string, value: unknown): unknown {
  return name === 'session' ? undefined : value;
}
