import { Cases, documented, inferred, unknown, type ConformanceFamily } from './conformance-case.js';

const GROUP = documented('Group functions');
const CASE = unknown('case is minded');
const NOBODY = inferred('client credentials have no groups');
const SIGNATURE = inferred('a call that fits no signature fails');

export const MEMBERSHIPS: ConformanceFamily = {
  title: 'Membership of groups',
  cases: new Cases()
    .give(
      'isMemberOfGroupName',
      GROUP,
      ['isMemberOfGroupName("West Coast Admins")', true],
      ['isMemberOfGroupName("Everyone") ? "a" : "b"', 'a'],
      ['isMemberOfGroupName("West Coast")', false],
    )
    .give('isMemberOfGroupName', CASE, ['isMemberOfGroupName("west coast admins")', false])
    .giveMachines('isMemberOfGroupName', NOBODY, ['isMemberOfGroupName("Everyone")', false])
    .fail(
      'isMemberOfGroupName',
      SIGNATURE,
      ['isMemberOfGroupName()', 'it is isMemberOfGroupName(name), and not ()'],
      ['isMemberOfGroupName(1)', 'it is isMemberOfGroupName(name), and not (a number)'],
    )
    .give(
      'isMemberOfGroup',
      GROUP,
      ['isMemberOfGroup("00garwpuyxHaWOkdV0g4")', true],
      ['isMemberOfGroup("00gNotHers")', false],
    )
    .giveMachines('isMemberOfGroup', NOBODY, ['isMemberOfGroup("00garwpuyxHaWOkdV0g4")', false])
    .fail('isMemberOfGroup', SIGNATURE, [
      'isMemberOfGroup(null)',
      'it is isMemberOfGroup(name), and not (null)',
    ])
    .give(
      'isMemberOfAnyGroup',
      GROUP,
      ['isMemberOfAnyGroup("00gNotHers", "00gjitX9HqABSoqTB0g3", "00gNobody")', true],
      ['isMemberOfAnyGroup("00gNotHers")', false],
    )
    .giveMachines('isMemberOfAnyGroup', NOBODY, ['isMemberOfAnyGroup("00gjitX9HqABSoqTB0g3")', false])
    .fail('isMemberOfAnyGroup', SIGNATURE, [
      'isMemberOfAnyGroup()',
      'it is isMemberOfAnyGroup(name, name…), and not ()',
    ])
    .give(
      'isMemberOfGroupNameStartsWith',
      GROUP,
      ['isMemberOfGroupNameStartsWith("West Co")', true],
      ['isMemberOfGroupNameStartsWith("Coast")', false],
    )
    .fail('isMemberOfGroupNameStartsWith', SIGNATURE, [
      'isMemberOfGroupNameStartsWith()',
      'it is isMemberOfGroupNameStartsWith(name), and not ()',
    ])
    .give(
      'isMemberOfGroupNameContains',
      GROUP,
      ['isMemberOfGroupNameContains("Admin")', true],
      ['isMemberOfGroupNameContains("Sales")', false],
    )
    .give('isMemberOfGroupNameContains', CASE, ['isMemberOfGroupNameContains("admin")', false])
    .fail('isMemberOfGroupNameContains', SIGNATURE, [
      'isMemberOfGroupNameContains()',
      'it is isMemberOfGroupNameContains(name), and not ()',
    ])
    .give('isMemberOfGroupNameRegex', GROUP, ['isMemberOfGroupNameRegex(".*Admin.*")', true])
    .give('isMemberOfGroupNameRegex', inferred('the whole name, as Java’s matches'), [
      'isMemberOfGroupNameRegex("Admin")',
      false,
    ])
    .fail('isMemberOfGroupNameRegex', inferred('a pattern that cannot be read fails'), [
      'isMemberOfGroupNameRegex("*")',
      'a regular expression cannot be read, or is not of the kind that can',
    ]).all,
};
