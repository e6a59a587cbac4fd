import { expect, test } from 'vitest';
import { writeWorkbook } from '../src/index.ts';
import { unzipEntry } from './unzip-entry.ts';

test('sheets hold texts as texts, numbers as numbers and dates as dates', async () => {
  const file = await writeWorkbook([
    {
      name: 'Kế hoạch [12/2026]',
      columns: [{ title: 'Thiết bị' }, { title: 'Sai số', format: '0.0 %' }, { title: 'Hạn' }],
      rows: [
        ['E-0042', -0.031, new Date(Date.UTC(2026, 11, 1))],
        ['=1+1', null, null],
      ],
    },
    { name: 'Trống', columns: [{ title: 'Không có gì' }], rows: [] },
  ]);
  const sheet = unzipEntry(file, 'xl/worksheets/sheet1.xml');
  const strings = unzipEntry(file, 'xl/sharedStrings.xml');
  expect(strings).toContain('Thiết bị');
  expect(strings).toContain('=1+1');
  expect(sheet).toContain('<v>-0.031</v>');
  // 2026-12-01 is day 46357 of Excel's calendar.
  expect(sheet).toContain('<v>46357</v>');
  expect(sheet).not.toContain('<f>');
  expect(unzipEntry(file, 'xl/workbook.xml')).toContain('Kế hoạch  12 2026');
  expect(unzipEntry(file, 'xl/worksheets/sheet2.xml')).toContain('<sheetData>');
});
