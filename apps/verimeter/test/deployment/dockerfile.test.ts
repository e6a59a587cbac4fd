import { expect, test } from 'vitest';
import { readCompose } from './compose-file.ts';
import { exists, inInfra, inRepository, manifest, text } from './deployment-files.ts';

/** Instructions with their continuation lines joined, without comments. */
const instructions = text(inInfra('Dockerfile'))
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '');

function of(name: string): string[] {
  return instructions
    .filter((line) => line.trimStart().startsWith(`${name} `))
    .map((line) => line.trimStart().slice(name.length + 1));
}

/** The array of an instruction in exec form. */
const array = (instruction: string | undefined): unknown =>
  JSON.parse(instruction?.slice(instruction.indexOf('[')) ?? 'null');

test('Node, pnpm and turbo are those of the workspace', () => {
  const node = text(inRepository('.nvmrc')).trim();
  expect(of('ARG')).toEqual([`NODE_IMAGE=node:${node}-bookworm-slim`]);
  const { packageManager, devDependencies } = manifest('.');
  expect(of('RUN')[0]).toBe(
    `npm install --global ${packageManager} turbo@${devDependencies['turbo']}`,
  );
});

test('every stage comes from the one image or from a stage before, and copies from stages that are there', () => {
  const stages = ['${NODE_IMAGE}'];
  for (const line of of('FROM')) {
    const [, base = '', name = ''] = /^(\S+) AS (\w+)$/.exec(line) ?? [];
    expect(stages).toContain(base);
    stages.push(name);
  }
  expect(stages.at(-1)).toBe('verimeter');
  const from = of('COPY').flatMap((line) => /--from=(\w+)/.exec(line)?.[1] ?? []);
  expect(stages).toEqual(expect.arrayContaining(from));
});

test('a release directory is installed as the image is', () => {
  const flags = ['--frozen-lockfile', '--prod', '--no-optional', '--ignore-scripts'];
  const scope = ['--filter-prod', '@verimeter/verimeter...'];
  expect(of('RUN').filter((line) => line.includes('--prod'))).toEqual([
    expect.stringContaining(`pnpm ${scope.join(' ')} install ${flags.join(' ')}`),
  ]);
  const script = text(inRepository('scripts/release.mjs'));
  for (const list of [flags, scope])
    expect(script).toContain(`[${list.map((word) => `'${word}'`).join(', ')}]`);
});

test('it runs the command line, as an account that is not root', () => {
  expect(array(of('ENTRYPOINT')[0])).toEqual(['node', 'apps/verimeter/src/main.ts']);
  expect(exists(inRepository('apps/verimeter/src/main.ts'))).toBe(true);
  expect(of('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
});

test('it is as healthy as Compose says, on the port that it listens on', () => {
  const check = array(of('HEALTHCHECK')[0]);
  expect(check).toEqual(readCompose('compose.yaml').services['api']?.healthcheck?.test?.slice(1));
  const port = /HTTP_PORT=(\d+)/.exec(of('ENV').join(' '))?.[1] ?? '';
  expect(JSON.stringify(check)).toContain(`http://127.0.0.1:${port}/health/ready`);
  expect(of('EXPOSE')).toEqual([port]);
});

test('what the image is built from is not left out of its context', () => {
  const left = text(inRepository('.dockerignore')).split('\n');
  for (const needed of ['apps', 'packages', 'pnpm-lock.yaml', 'tsconfig.base.json'])
    expect(left).not.toContain(needed);
  for (const secret of ['infra', '.verimeter', '.git']) expect(left).toContain(secret);
});
