import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { QUANTITIES } from '@verimeter/telemetry';

test('the table of quantities in docs is that of the catalogue', () => {
  const page = readFileSync(new URL('../../../docs/quantities.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.replaceAll('`', '').trim()));
  expect(rows.map(([, name, unit, other, kind, obis]) => [name, unit, other, kind, obis])).toEqual(
    QUANTITIES.map(({ name, unit, alternativeUnits = [], kind, obis = [] }) => [
      name,
      unit,
      alternativeUnits.join(', '),
      kind === 'register' ? 'register' : 'sample',
      obis.join(', '),
    ]),
  );
});
