import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

describe('with a built page', () => {
  let fixture: Fixture;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    const directory = await createTemporaryDirectory();
    ({ remove } = directory);
    await mkdir(path.join(directory.path, 'dist/assets'), { recursive: true });
    await writeFile(path.join(directory.path, 'dist/index.html'), '<!doctype html><p>page');
    await writeFile(path.join(directory.path, 'dist/assets/index-1a2b3c.js'), 'export {};');
    await writeFile(path.join(directory.path, 'dist/favicon.svg'), '<svg/>');
    await writeFile(path.join(directory.path, 'secret.txt'), 'hidden words');
    fixture = await startFixture({ dashboardDir: path.join(directory.path, 'dist') });
  });
  afterAll(async () => {
    await fixture.stop();
    await remove();
  });

  const get = (address: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${fixture.api.url}${address}`, { headers });

  test('the page itself is never kept, what has a hash in its name always', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('page');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    const script = await get('/assets/index-1a2b3c.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect((await get('/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
  });

  test('views of the page are the page, other addresses are not', async () => {
    const html = { accept: 'text/html,*/*' };
    const view = await get('/devices/m1', html);
    expect(view.status).toBe(200);
    expect(await view.text()).toContain('page');
    expect(view.headers.get('cache-control')).toBe('no-cache');
    for (const address of ['/assets/index-gone.js', '/api/v1/nowhere', '/api/v2/devices']) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await get(address, html);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    expect((await get('/devices/m1')).status).toBe(404);
  });

  test('nothing outside of the directory is served', async () => {
    for (const address of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt']) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await get(address);
      expect(await answer.text()).not.toContain('hidden words');
    }
  });
});

test('without one, the address says what is there', async () => {
  const fixture = await startFixture({ dashboardDir: '/nonexistent' });
  try {
    const page = await fetch(fixture.api.url);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/href="\/docs"/);
  } finally {
    await fixture.stop();
  }
});
