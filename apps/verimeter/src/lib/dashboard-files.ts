import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Directory of the built dashboard; undefined where it was not built. */
export function findDashboard(): string | undefined {
  const directory = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));
  return existsSync(path.join(directory, 'index.html')) ? directory : undefined;
}
