import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { expect, test } from 'vitest';
import type { DocumentContent } from '../src/index.ts';
import { writePdf } from '../src/index.ts';

const content = (blocks: DocumentContent['blocks']): DocumentContent => ({
  title: 'Hồ sơ chứng cứ công tơ E-0042',
  subtitle: 'Khách hàng yêu cầu kiểm tra ngày 29/11/2026',
  issuer: 'Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng',
  reference: 'EP-2026-0001',
  pageLabel: (page, pages) => `Trang ${page}/${pages}`,
  createdAtMs: Date.UTC(2026, 10, 29),
  language: 'vi',
  blocks,
});

/** The text of each page, as a reader of the file extracts it. */
async function pagesOf(file: Uint8Array): Promise<string[]> {
  const task = getDocument({ data: new Uint8Array(file), verbosity: 0 });
  const pdf = await task.promise;
  const pages: string[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    // oxlint-disable-next-line no-await-in-loop
    const page = await pdf.getPage(number);
    // oxlint-disable-next-line no-await-in-loop
    const { items } = await page.getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join(' '));
  }
  await task.destroy();
  return pages;
}

test('Vietnamese comes out of the file as it was put in', async () => {
  const sentence =
    'Sai số ước lượng vượt giới hạn: ưỡ ặ ệ ợ ử ỷ Đ đ; nước chảy ngược, kẹp chì còn nguyên.';
  const [page] = await pagesOf(await writePdf(content([{ kind: 'paragraph', text: sentence }])));
  expect(page?.normalize('NFC').replaceAll(/\s+/g, ' ')).toContain(sentence);
  expect(page).toContain('EP-2026-0001');
  expect(page).toContain('Trang 1/1');
});

test('a long table goes on over pages with its head on each', async () => {
  const rows = Array.from({ length: 120 }, (_, k) => [`M-${k}`, 'số 12 đường Lê Lợi']);
  const columns = [
    { title: 'Thiết bị', share: 1 },
    { title: 'Địa chỉ', share: 3 },
  ];
  const pages = await pagesOf(await writePdf(content([{ kind: 'table', columns, rows }])));
  expect(pages.length).toBeGreaterThan(2);
  for (const [k, page] of pages.entries()) {
    expect(page.normalize('NFC')).toContain('Địa chỉ');
    expect(page).toContain(`Trang ${k + 1}/${pages.length}`);
  }
  const all = pages.join(' ');
  for (const [id = ''] of rows) expect(all).toContain(id);
});

test('equal contents give equal bytes; another date does not', async () => {
  const blocks: DocumentContent['blocks'] = [
    { kind: 'heading', text: 'Ước lượng', level: 2 },
    {
      kind: 'facts',
      pairs: [
        ['Sai số', '−3,1 %'],
        ['Giới hạn', '±1 %'],
        ['Khoảng 95 %', '−3,6 % … −2,6 %'],
      ],
    },
    {
      kind: 'interval',
      value: -0.031,
      low: -0.036,
      high: -0.026,
      limit: 0.01,
      caption: 'Sai số và giới hạn',
    },
    {
      kind: 'lines',
      series: [
        {
          label: 'Sai số',
          points: [
            [1, -0.01],
            [2, null],
            [3, -0.02],
            [4, -0.03],
          ],
        },
      ],
      limit: 0.01,
      formatX: (x) => `ngày ${x}`,
      formatY: (y) => `${(100 * y).toFixed(1)} %`,
      caption: 'Bốn tuần',
    },
    { kind: 'code', text: 'https://verimeter.example/#/devices/E-0042', label: 'Mở thiết bị' },
    { kind: 'signatures', titles: ['Kiểm định viên', 'Khách hàng'] },
  ];
  const once = await writePdf(content(blocks));
  expect(Buffer.from(await writePdf(content(blocks))).equals(once)).toBe(true);
  const later = await writePdf({ ...content(blocks), createdAtMs: Date.UTC(2026, 10, 30) });
  expect(Buffer.from(later).equals(once)).toBe(false);
});

test('odd texts do not stop a document', async () => {
  const odd = ['', 'a'.repeat(3000), '\uD800', '\u0000', '🚰', '\n\n', 'x\ty'];
  const file = await writePdf(
    content([
      ...odd.map((text) => ({ kind: 'paragraph', text }) as const),
      { kind: 'table', columns: [{ title: '', share: 1 }], rows: odd.map((text) => [text]) },
    ]),
  );
  expect((await pagesOf(file)).length).toBeGreaterThan(0);
});

test('something to be done is written with its boxes and fields, and never broken over pages', async () => {
  const tasks = Array.from({ length: 20 }, (_, k) => ({
    kind: 'task' as const,
    title: `HL-${k} · số S-${k}`,
    mark: `Điểm ${k + 1}`,
    lines: [`Số ${k} phố Lê Lợi`, `Kiểm định hết hiệu lực ngày 02/10/2026 (${k}).`],
    code: `https://localhost/#/verifications?new=1&device=HL-${k}`,
    boxes: ['Đạt', 'Không đạt'],
    fields: [{ label: 'Kẹp chì', share: 1 }],
  }));
  const pages = (await pagesOf(await writePdf(content(tasks)))).map((page) =>
    page.normalize('NFC').replaceAll(/\s+/g, ' '),
  );
  expect(pages.length).toBeGreaterThan(1);
  for (const [k, { title, mark }] of tasks.entries()) {
    const page = pages.find((one) => one.includes(`${title} `));
    expect(page).toContain(mark);
    expect(page).toContain(`ngày 02/10/2026 (${k}).`);
  }
  expect(pages.join(' ').match(/Không đạt/g)).toHaveLength(20);
});

test('a long value of a fact has the width for itself', async () => {
  const long =
    'Số điều đã thay đổi trong luật mới và chưa được đối chiếu với văn bản đang có hiệu lực. '.repeat(
      2,
    );
  const pairs = [
    ['Mã', 'E-1'],
    ['Căn cứ', long],
    ['Loại', 'Công tơ điện'],
  ] as const;
  const [page = ''] = await pagesOf(await writePdf(content([{ kind: 'facts', pairs }])));
  const text = page.normalize('NFC').replaceAll(/\s+/g, ' ');
  expect(text).toContain('Công tơ điện');
  expect(text).toContain(long.trim());
});
