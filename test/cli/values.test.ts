import { InvalidArgumentError } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import {
  count,
  duration,
  hostName,
  ipAddress,
  oneOf,
  portNumber,
  portRanges,
  positiveDuration,
  probability,
  rate,
} from '../../src/cli/values.ts';

type Parser = (text: string) => unknown;

describe('a value is read', () => {
  test.each<[string, Parser, string, unknown]>([
    ['milliseconds', duration, '500ms', 500],
    ['seconds with a fraction', duration, '1.5s', 1500],
    ['minutes', duration, '2m', 120_000],
    ['hours', duration, '12h', 43_200_000],
    ['days', duration, '30d', 2_592_000_000],
    ['no time at all', duration, '0s', 0],
    ['a rate a second', rate, '0.05/s', 20_000],
    ['a rate a minute', rate, '3/m', 20_000],
    ['a rate a day', rate, '24/d', 3_600_000],
    ['a probability', probability, '0.2', 0.2],
    ['certainty', probability, '1', 1],
    ['a count', count(1, 10), '10', 10],
    ['any port', portNumber(0), '0', 0],
    ['ports, merged', portRanges, '5010-5019,5000-5009', [{ first: 5000, last: 5019 }]],
    ['an IPv6 address', ipAddress, '::1', '::1'],
    ['a host', hostName, 'cluster1.lab.example', 'cluster1.lab.example'],
    ['one of a list', oneOf(['by-process', 'never']), 'never', 'never'],
  ])('%s', (_, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });
});

describe('a value that cannot be is refused with a sentence that helps', () => {
  test.each<[string, Parser, string, RegExp]>([
    ['no unit', duration, '20', /Which unit\? Write 20ms, 20s or 20m\./],
    ['a long unit', duration, '5seconds', /Did you mean 5s\?/],
    ['an unknown unit', duration, '5w', /^Units are ms \(milliseconds\)/],
    ['a sign', duration, '-5s', /Write a duration such as/],
    ['nothing', duration, '', /Write a duration such as/],
    ['an age', duration, '99999999d', /more than 100 years/],
    ['no time where some is needed', positiveDuration, '0s', /longer than 0/],
    ['a rate without a unit', rate, '0.05', /Write a rate such as 0\.05\/s/],
    ['a rate of nothing', rate, '0/s', /more than 0/],
    ['a percentage', probability, '20%', /Write 0\.2 for 20%\./],
    ['more than certainty', probability, '20', /from 0 to 1/],
    ['not a number', probability, 'NaN', /from 0 to 1/],
    ['an exponent', count(), '1e3', /whole number from 0 on/],
    ['too many', count(1, 64), '65', /whole number from 1 to 64/],
    ['port 0', portNumber(), '0', /from 1 to 65535/],
    ['a range backwards', portRanges, '5019-5000', /runs backwards.*such as 5000-5019/],
    ['half a range', portRanges, '5000-', /neither a port nor a range/],
    ['a name for an address', ipAddress, 'localhost', /an IP address such as/],
    ['an address of five numbers', ipAddress, '1.2.3.4.5', /an IP address such as/],
    ['a host with a port', hostName, 'cluster1:135', /The port of its endpoint mapper is --epm-port/],
    ['a host with a blank', hostName, 'a b', /host name or an IP address/],
    ['none of a list', oneOf(['by-process', 'never']), 'nevr', /Did you mean never\? It is one of by-process, never\./],
  ])('%s', (_, parse, text, message) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
    expect(() => parse(text)).toThrow(message);
  });
});
