import { advised, Cases, documented, inferred, unknown, type ConformanceFamily } from './conformance-case.js';

const ARRAY = documented('Array functions');
const EMPTY = unknown('null is an empty list, as for size');
const CSV = inferred('texts with commas are lists, too');
const SIGNATURE = inferred('a call that fits no signature fails');

export const ARRAYS: ConformanceFamily = {
  title: 'Array functions',
  cases: new Cases()
    .give('Arrays.add', ARRAY, ['Arrays.add({10, 20, 30}, 40)', [10, 20, 30, 40]])
    .give('Arrays.add', EMPTY, ["Arrays.add(user.neverSet, 'a')", ['a']])
    .fail('Arrays.add', SIGNATURE, ['Arrays.add({1})', 'it is Arrays.add(list, value), and not (a list)'])
    .give('Arrays.remove', ARRAY, ['Arrays.remove({10, 20, 30}, 20)', [10, 30]])
    .give('Arrays.remove', unknown('the first one only'), ['Arrays.remove({1, 2, 1}, 1)', [2, 1]])
    .give('Arrays.remove', EMPTY, ['Arrays.remove(user.neverSet, 1)', []])
    .fail('Arrays.remove', SIGNATURE, [
      'Arrays.remove({1})',
      'it is Arrays.remove(list, value), and not (a list)',
    ])
    .give('Arrays.clear', ARRAY, ['Arrays.clear({10, 20, 30})', []])
    .fail('Arrays.clear', SIGNATURE, ['Arrays.clear()', 'it is Arrays.clear(list), and not ()'])
    .give('Arrays.get', ARRAY, ['Arrays.get({0, 1, 2}, 0)', 0])
    .give('Arrays.get', CSV, ["Arrays.get('red, blue', 1)", 'blue'])
    .fail(
      'Arrays.get',
      inferred('as an index out of bounds'),
      ['Arrays.get({0, 1, 2}, 3)', 'a list of 3 has no item 3'],
      ['Arrays.get(user.neverSet, 0)', 'a list of 0 has no item 0'],
    )
    .give('Arrays.flatten', ARRAY, ['Arrays.flatten(10, {20, 30}, 40)', [10, 20, 30, 40]])
    .give('Arrays.flatten', inferred('down to one level'), ['Arrays.flatten({1, {2, {3}}})', [1, 2, 3]])
    .give('Arrays.flatten', advised('support: flattening filtered groups and replacing string segments'), [
      'Arrays.flatten(String.replace(getFilteredGroups(app.profile.groupwhitelist, "group.name", 40), "West ", ""))',
      ['Coast Admins', 'Engineering Users'],
    ])
    .fail('Arrays.flatten', inferred('support: claims of two differently named groups test for null first'), [
      "Arrays.flatten(user.neverSet, {'a'})",
      'it is Arrays.flatten(value…), and not (null, a list)',
    ])
    .give(
      'Arrays.contains',
      ARRAY,
      ['Arrays.contains({10, 20, 30}, 10)', true],
      ['Arrays.contains({10, 20, 30}, 50)', false],
    )
    .give(
      'Arrays.contains',
      advised('support: whole items, and their case'),
      ["Arrays.contains(access.scope, 'orders')", false],
      ["Arrays.contains(access.scope, 'ORDERS:READ')", false],
      ["Arrays.contains(access.scope, 'orders:read')", true],
    )
    .give('Arrays.contains', CSV, ["Arrays.contains('red,blue', 'blue')", true])
    .give('Arrays.contains', EMPTY, ["Arrays.contains(user.neverSet, 'a')", false])
    .fail('Arrays.contains', SIGNATURE, [
      'Arrays.contains({1})',
      'it is Arrays.contains(list, value), and not (a list)',
    ])
    .give('Arrays.size', ARRAY, ['Arrays.size({10, 20, 30})', 3], ['Arrays.size(NULL)', 0])
    .give('Arrays.size', CSV, ["Arrays.size('red,blue')", 2], ["Arrays.size('')", 0])
    .fail('Arrays.size', SIGNATURE, ['Arrays.size()', 'it is Arrays.size(list), and not ()'])
    .give('Arrays.isEmpty', ARRAY, ['Arrays.isEmpty({10, 20})', false], ['Arrays.isEmpty(NULL)', true])
    .give(
      'Arrays.isEmpty',
      advised('support: claims of two differently named groups'),
      ['Arrays.isEmpty(Arrays.toCsvString(Groups.startsWith("active_directory","A_SUBSTRING",100)))', true],
      ['Arrays.isEmpty(Arrays.toCsvString(Groups.startsWith("active_directory","Eng",100)))', false],
    )
    .fail('Arrays.isEmpty', SIGNATURE, ['Arrays.isEmpty()', 'it is Arrays.isEmpty(list), and not ()'])
    .give('Arrays.toCsvString', ARRAY, [
      'Arrays.toCsvString({"This", "is", " a ", "test"})',
      'This,is, a ,test',
    ])
    .give('Arrays.toCsvString', unknown('none comes of null'), ['Arrays.toCsvString(user.neverSet)', null])
    .fail('Arrays.toCsvString', inferred('an object is no text'), [
      'Arrays.toCsvString({app.profile})',
      'an object is no text',
    ])
    .fail('others', inferred('a function that is not known fails'), [
      'Arrays.sort({2, 1})',
      'the function Arrays.sort is not known',
    ]).all,
};
