import { InvalidArgumentError } from 'commander';
import { isInstant, isLine } from '../directory/files/file-validators.js';

/** @throws InvalidArgumentError for what is no line of text */
export function parseLabel(value: string): string {
  if (!isLine(value))
    throw new InvalidArgumentError('A label has 1 to 255 characters, and no control characters.');
  return value;
}

/** @throws InvalidArgumentError for what is no instant with an offset */
export function parseInstant(value: string): Date {
  if (!isInstant(value))
    throw new InvalidArgumentError('Give an instant with an offset, such as 2027-01-31T00:00:00Z.');
  return new Date(value);
}
