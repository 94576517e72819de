import type { ProblemName } from '../problems/problem.js';

/** What any request with a token may meet with. */
export const READING_PROBLEMS: readonly ProblemName[] = ['unauthenticated', 'forbidden', 'unavailable'];

/** What any request with a body may meet with, besides. */
export const BODY_PROBLEMS: readonly ProblemName[] = [
  ...READING_PROBLEMS,
  'malformed-request',
  'body-too-large',
  'unsupported-media-type',
  'invalid-fields',
];
