import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGE = 'packages/payload-codecs';
const LIST = `${PACKAGE}/src/lib/dialects/all-dialects.ts`;
const page = readFileSync(path.join(ROOT, 'docs/how-to/add-a-dialect.md'), 'utf8');

/** A path alone in its paragraph, and the block that follows: a file. */
const FILE = /^`(packages\/[^`\n]+)`\n\n```\w+\n([\s\S]*?)^```$/gm;
const files = [...page.matchAll(FILE)].map(([, file = '', content = '']) => ({ file, content }));
const [, importLine = '', name = ''] =
  /^```ts\n(import \{ (\w+) \} from '\.\/\w+\.ts';)\n```$/m.exec(page) ?? [];

let copy: string;

/** A copy of what of the workspace the fixtures need, with the files of the page in it. */
beforeAll(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'verimeter-add-a-dialect-'));
  for (const part of [
    ...['src', 'test', 'fixtures', 'package.json'].map((one) => `${PACKAGE}/${one}`),
    'packages/test-support/src/lib/dialect-fixtures.ts',
    'tsconfig.base.json',
  ])
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  for (const modules of ['node_modules', `${PACKAGE}/node_modules`])
    symlinkSync(path.join(ROOT, modules), path.join(copy, modules));
  for (const { file, content } of files) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    writeFileSync(path.join(copy, file), content, { flag: 'wx' }); // the page adds, it replaces nothing
  }
  const list = readFileSync(path.join(copy, LIST), 'utf8');
  writeFileSync(
    path.join(copy, LIST),
    `${importLine}\n${list.replace(/(DIALECTS: readonly Dialect\[\] = \[)/, `$1${name}, `)}`,
  );
  writeFileSync(
    path.join(copy, 'vitest.config.mjs'),
    `export default { resolve: { alias: { '@verimeter/test-support': ${JSON.stringify(
      path.join(copy, 'packages/test-support/src/lib/dialect-fixtures.ts'),
    )} } } };\n`,
  );
  writeFileSync(
    path.join(copy, 'tsconfig.json'),
    JSON.stringify({
      extends: './tsconfig.base.json',
      compilerOptions: {
        noEmit: true,
        composite: false,
        incremental: false,
        emitDeclarationOnly: false,
      },
      include: [`${PACKAGE}/src`],
    }),
  );
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function run(program: string, ...args: readonly string[]) {
  const result = spawnSync(path.join(ROOT, 'node_modules/.bin', program), args, {
    cwd: copy,
    encoding: 'utf8',
  });
  return {
    status: result.status,
    output: stripVTControlCharacters(`${result.stdout}${result.stderr}`),
  };
}

test('the page has a decoder, fixtures and the line', () => {
  expect(files.map(({ file }) => path.dirname(file))).toEqual([
    `${PACKAGE}/src/lib/dialects`,
    `${PACKAGE}/fixtures/${name}`,
    `${PACKAGE}/fixtures/${name}`,
  ]);
  expect(importLine).toBe(`import { ${name} } from './${name}.ts';`);
});

test(
  'who follows it has a dialect whose fixtures pass, beside all others',
  { timeout: 120_000 },
  () => {
    const { status, output } = run(
      'vitest',
      'run',
      `${PACKAGE}/test/fixtures.test.ts`,
      '--reporter=verbose',
    );
    expect(output).toContain(`dialect ${name} > state`);
    expect(output).toContain(`dialect ${name} > no-sensor PB-01`);
    expect({ status, output }).toMatchObject({ status: 0 });
  },
);

test('its code is as strict as the rest', { timeout: 120_000 }, () => {
  expect(run('tsc', '-p', 'tsconfig.json')).toEqual({ status: 0, output: '' });
});
