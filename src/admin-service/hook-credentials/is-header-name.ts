import { ValidateBy } from 'class-validator';
import { isSecretHeaderName } from '../../caller/secret-header-name.js';

/** The name of a header that may carry a secret. */
export function IsHeaderName(): PropertyDecorator {
  return ValidateBy({
    name: 'isHeaderName',
    validator: {
      validate: isSecretHeaderName,
      defaultMessage: () => 'must be the name of a header that has no meaning of its own in HTTP',
    },
  });
}
