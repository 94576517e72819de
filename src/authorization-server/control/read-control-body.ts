import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { validationError } from '../errors/okta-api-error.js';

/** Reads a body of the control endpoints. @throws OktaApiError that lists every fault */
export function readControlBody<Body extends object>(type: new () => Body, body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw validationError('body', ['The body must be a JSON object.']);
  }
  const read = plainToInstance(type, body);
  const faults = validateSync(read, { whitelist: true, forbidNonWhitelisted: true });
  const causes = faults.flatMap(({ property, constraints }) =>
    Object.values(constraints ?? {}).map((problem) => `${property}: ${problem}`),
  );
  if (causes.length > 0) throw validationError('body', causes);
  return read;
}
