import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receiver, seal } from '../../src/activities/sealed.js';

describe('sealed', () => {
  it('gives every text back to the one it was sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const { publicKey, open } = receiver();
        expect(open(seal(text, publicKey))).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('tells nobody else, and tells when it was changed on its way', () => {
    const [mine, other] = [receiver(), receiver()];
    const sealed = seal('client-key-data: S0VZ', mine.publicKey);
    expect(JSON.stringify(sealed)).not.toContain('S0VZ');
    expect(() => other.open(sealed)).toThrow();
    const [first, ...rest] = Buffer.from(sealed.data, 'base64');
    const changed = Buffer.from([first! ^ 1, ...rest]).toString('base64');
    expect(() => mine.open({ ...sealed, data: changed })).toThrow();
  });

  it('refuses a key that is none', () => {
    expect(() => seal('x', 'bm9uc2Vuc2U=')).toThrow();
  });
});
