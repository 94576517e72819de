import { describe, expect, it } from '@jest/globals';
import { patchJson, type JsonOperation } from './json-patch.js';

function claims(): Record<string, unknown> {
  return { text: 'x', list: ['a', 'b'], object: { inner: { deep: 1 }, list: [[1]] }, nothing: null };
}

function patched(op: JsonOperation['op'], names: readonly string[], value?: unknown): unknown {
  const target = claims();
  const reason = patchJson(target, { op, names, value });
  if (reason !== null) expect(target).toEqual(claims());
  return reason ?? target;
}

describe('patchJson', () => {
  it.each([
    ['add', ['new'], 1, { new: 1 }],
    ['add', ['text'], 1, { text: 1 }],
    ['add', [''], 1, { '': 1 }],
    ['add', ['toString'], 1, { toString: 1 }],
    ['add', ['object', 'new'], null, { object: { ...(claims()['object'] as object), new: null } }],
    ['add', ['list', '-'], 'c', { list: ['a', 'b', 'c'] }],
    ['add', ['list', '0'], 'c', { list: ['c', 'a', 'b'] }],
    ['add', ['list', '2'], 'c', { list: ['a', 'b', 'c'] }],
    ['add', ['list', '1'], ['c', 'd'], { list: ['a', ['c', 'd'], 'b'] }],
    ['replace', ['list', '1'], 'c', { list: ['a', 'c'] }],
    ['replace', ['nothing'], 'c', { nothing: 'c' }],
    [
      'add',
      ['object', 'list', '0', '-'],
      2,
      { object: { ...(claims()['object'] as object), list: [[1, 2]] } },
    ],
    ['remove', ['list', '0'], undefined, { list: ['b'] }],
  ] as const)('can %s at %j the value %j', (op, names, value, change) => {
    expect(patched(op, names, value)).toEqual({ ...claims(), ...change });
  });

  it('removes members', () => {
    expect(patched('remove', ['object', 'inner'])).toEqual({ ...claims(), object: { list: [[1]] } });
    const { text: _, ...rest } = claims();
    expect(patched('remove', ['text'])).toEqual(rest);
  });

  it.each([
    ['replace', ['nope'], 'it does not exist'],
    ['remove', ['nope'], 'it does not exist'],
    ['replace', ['toString'], 'it does not exist'],
    ['remove', ['object', 'constructor'], 'it does not exist'],
    ['add', [], 'the path is empty'],
    ['add', ['nope', 'child'], 'what the path leads through does not exist'],
    ['add', ['text', 'child'], 'what the path leads through does not exist'],
    ['add', ['text', '0'], 'what the path leads through does not exist'],
    ['add', ['nothing', 'child'], 'what the path leads through does not exist'],
    ['add', ['toString', 'child'], 'what the path leads through does not exist'],
    ['add', ['__proto__', 'child'], 'what the path leads through does not exist'],
    ['add', ['list', '2', 'child'], 'what the path leads through does not exist'],
    ['add', ['list', '-', 'child'], 'what the path leads through does not exist'],
    ['add', ['list', 'length', 'child'], 'what the path leads through does not exist'],
    ['add', ['list', '3'], 'the index is beyond the end of the array'],
    ['add', ['list', '99999999999999999999'], 'the index is beyond the end of the array'],
    ['replace', ['list', '2'], 'the index is beyond the end of the array'],
    ['remove', ['list', '2'], 'the index is beyond the end of the array'],
    ['replace', ['list', '-'], 'an element of an array is named by its index'],
    ['remove', ['list', '-'], 'an element of an array is named by its index'],
    ['add', ['list', '01'], 'an element of an array is named by its index'],
    ['add', ['list', '-1'], 'an element of an array is named by its index'],
    ['add', ['list', '1e0'], 'an element of an array is named by its index'],
    ['add', ['list', ' 1'], 'an element of an array is named by its index'],
    ['add', ['list', ''], 'an element of an array is named by its index'],
    ['add', ['list', 'length'], 'an element of an array is named by its index'],
  ] as const)('cannot %s at %j: %s', (op, names, reason) => {
    expect(patched(op, names, op === 'remove' ? undefined : 1)).toBe(reason);
  });

  it('takes __proto__ for a name like any other', () => {
    const target = claims();
    expect(patchJson(target, { op: 'add', names: ['__proto__'], value: { admin: true } })).toBeNull();
    expect(Object.hasOwn(target, '__proto__')).toBe(true);
    expect(target['admin']).toBeUndefined();
    expect(JSON.stringify(target)).toContain('"__proto__":{"admin":true}');
    expect(patchJson(target, { op: 'add', names: ['__proto__', 'more'], value: 1 })).toBeNull();
    expect(patchJson(target, { op: 'remove', names: ['__proto__'], value: undefined })).toBeNull();
    expect(target).toEqual(claims());
    expect(Object.hasOwn(Object.prototype, 'more')).toBe(false);
  });
});
