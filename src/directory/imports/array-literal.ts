/**
 * One parameter for a column of many rows: a text that PostgreSQL reads as an array (documentation, 8.15.2). One literal is
 * cheaper to pass on than a parameter for each value.
 */
export function arrayLiteral(values: readonly (string | null)[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: string | null): string {
  if (value === null) return 'NULL';
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
