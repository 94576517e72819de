import type { Method, Operation } from './operation.js';

/** The methods that a path has; none where it is no path of ours. */
export function allowedMethods(operations: readonly Operation[], url: string): readonly Method[] {
  const [path = ''] = url.split('?');
  const parts = path.split('/');
  const matching = operations.filter((operation) => doesMatch(operation.path.split('/'), parts));
  return [...new Set(matching.map(({ method }) => method))];
}

function doesMatch(template: readonly string[], parts: readonly string[]): boolean {
  return (
    template.length === parts.length &&
    template.every((part, index) => (part.startsWith('{') ? parts[index] !== '' : part === parts[index]))
  );
}
