import 'reflect-metadata';
import { ValidateBy } from 'class-validator';
import { IsListOfSome, IsName } from './file-decorators.js';
import type { TrustedOrigin } from './org.js';

const SCOPES: readonly TrustedOrigin['scopes'][number][] = ['CORS', 'REDIRECT'];

/** A page's origin: browsers compare it as text. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { origin, protocol } = new URL(value);
  return origin === value && (protocol === 'https:' || protocol === 'http:');
}

export class TrustedOriginDto {
  @IsName()
  name!: string;

  @ValidateBy({
    name: 'isOrigin',
    validator: {
      validate: isOrigin,
      defaultMessage: () =>
        'must be an origin as browsers send it: http or https, a host in lower case, no usual port, no path, no slash',
    },
  })
  origin!: string;

  @IsListOfSome(SCOPES)
  scopes: TrustedOrigin['scopes'][number][] = ['CORS', 'REDIRECT'];
}
