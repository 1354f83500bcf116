import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressNumber,
  addressText,
  canonical,
  contains,
  inUrl,
  isNodeAddress,
  networkOf,
  overlap,
} from '../../src/cluster/ip.js';

describe('an IPv6 address', () => {
  it.each([
    ['fd00:0:0:0:0:0:0:11', 'fd00::11'],
    ['FD00:0:0:0:0:0:0:11', 'fd00::11'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['fd00:0:0:1:0:0:0:1', 'fd00:0:0:1::1'],
    ['fd00:0:0:1:2:0:0:1', 'fd00::1:2:0:0:1'],
    ['fd00:1:0:2:3:4:5:6', 'fd00:1:0:2:3:4:5:6'],
    ['fd00:0010:0:0:0:0:0:0', 'fd00:10::'],
    ['fd00::10.0.0.1', 'fd00::a00:1'],
    ['1000:0:0:0:0:0:0:0', '1000::'],
  ])('%s is written as %s', (given, text) => expect(canonical(given)).toBe(text));

  it('is written as URLs of this runtime have it, and read back', () =>
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const text = canonical(address);
        expect(isIPv6(text)).toBe(true);
        expect(new URL(`http://[${address}]/`).hostname).toBe(`[${text}]`);
        expect(addressText(6, addressNumber(text))).toBe(text);
      }),
    ));

  it.each([
    ['fd00::1', true],
    ['2001:db8::1', true],
    ['fe80::1', false],
    ['ff02::1', false],
    ['::1', false],
    ['::ffff:10.0.0.1', false],
  ])('%s may be a node’s: %s', (address, may) => expect(isNodeAddress(address)).toBe(may));
});

describe('a network', () => {
  it.each([
    ['10.96.0.0/12', '10.111.255.255', true],
    ['10.96.0.0/12', '10.112.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['fd00:10:96::/112', 'fd00:10:96::ffff', true],
    ['fd00:10:96::/112', 'fd00:10:96::1:0', false],
    ['::/0', '10.0.0.1', false],
    ['0.0.0.0/0', 'fd00::1', false],
  ])('%s has %s in it: %s', (network, address, has) => expect(contains(networkOf(network), address)).toBe(has));

  it.each([
    ['10.0.0.0/8', '10.96.0.0/12', true],
    ['10.96.0.0/12', '192.168.0.0/16', false],
    ['fd00::/16', 'fd00:1::/32', true],
    ['fd00:1::/32', 'fd00:2::/32', false],
    ['0.0.0.0/0', '::/0', false],
  ])('%s and %s overlap: %s', (one, other, both) => expect(overlap(networkOf(one), networkOf(other))).toBe(both));
});

it('has brackets in a URL', () =>
  expect(['fd00::1', '10.0.0.1', 'm1'].map(inUrl)).toEqual(['[fd00::1]', '10.0.0.1', 'm1']));
