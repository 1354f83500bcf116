import { expect, it } from 'vitest';
import { install } from '../bench/install/install.js';
import { table } from '../bench/line.js';

it('an install is measured beside one by hand, on the smallest cluster', async () => {
  const { lines, picture, notes = [] } = await install.measure(install.smallest);
  expect(table(lines).split('\n')).toHaveLength(2 + lines.length);
  expect(picture?.svg).toContain('initControlPlane');
  expect(notes.join('\n')).toContain('initControlPlane');
});
