import type { Operation } from '../requests/operation.js';
import { openApiDocument } from './openapi-document.js';
import { openApiPage, PAGE_POLICY } from './openapi-page.js';

/** The API's own description, for machines and for people: no secret, and asked for before there is a token. */
export function openApiOperations(others: readonly Operation[]): readonly Operation[] {
  const common = {
    method: 'GET',
    tag: 'description',
    scope: null,
    isForTenants: false,
    problems: [],
  } as const;
  const operations: readonly Operation[] = [
    {
      ...common,
      ...{ id: 'readOpenApi', path: '/v1/openapi.json', summary: 'This description as JSON' },
      answers: { 200: { description: 'OpenAPI 3.1.', mediaType: 'application/openapi+json' } },
      handle: () => Promise.resolve(asJson),
    },
    {
      ...common,
      ...{ id: 'readDocs', path: '/v1/docs', summary: 'This description as a page' },
      answers: { 200: { description: 'HTML without scripts.', mediaType: 'text/html' } },
      handle: () => Promise.resolve(asPage),
    },
  ];
  const document = openApiDocument([...others, ...operations]);
  const asJson = {
    status: 200,
    headers: { 'content-type': 'application/openapi+json; charset=utf-8' },
    body: JSON.stringify(document),
  };
  const asPage = {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
    body: openApiPage(document),
  };
  return operations;
}
