import { Cases, documented, inferred, type ConformanceFamily } from './conformance-case.js';

const DATA = documented('Data conversion functions');
const IDENTITY_ENGINE = inferred('the same function in Identity Engine');

export const CONVERSIONS: ConformanceFamily = {
  title: 'Conversion functions',
  cases: new Cases()
    .give(
      'Convert.toInt',
      DATA,
      ["Convert.toInt('1234')", 1234],
      ['Convert.toInt(123.4)', 123],
      ['Convert.toInt(user.share)', 124],
    )
    .give(
      'Convert.toInt',
      IDENTITY_ENGINE,
      ["Convert.toInt('1.1')", 1],
      ['Convert.toInt(-1.6)', -2],
      ["Convert.toInt('-2147483649')", 2147483647],
      ['Convert.toInt(2147483647.7)', -2147483648],
    )
    .give('Convert.toInt', inferred('as Java rounds'), ['Convert.toInt(2.5)', 3], ['Convert.toInt(-2.5)', -2])
    .fail('Convert.toInt', IDENTITY_ENGINE, ['Convert.toInt(user.email)', 'a text is no number'])
    .fail(
      'Convert.toInt',
      inferred('null is no number'),
      ['Convert.toInt(user.neverSet)', 'it is Convert.toInt(text or number), and not (null)'],
      ["Convert.toInt('')", 'a text is no number'],
      ["Convert.toInt('0x10')", 'a text is no number'],
    )
    .give('Convert.toNum', DATA, ["Convert.toNum('3.141') == 3.141", true])
    .give('Convert.toNum', IDENTITY_ENGINE, ["Convert.toNum('1.7')", 1.7])
    .fail('Convert.toNum', IDENTITY_ENGINE, ["Convert.toNum('123This is a test')", 'a text is no number'])
    .fail(
      'others',
      inferred('not there yet: countries and times'),
      ["Iso3166Convert.toAlpha2('IND')", 'the function Iso3166Convert.toAlpha2 is not known'],
      ['Time.now()', 'the function Time.now is not known'],
    ).all,
};
