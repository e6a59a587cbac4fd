import { execFileSync } from 'node:child_process';
import { chown, open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';

export interface SmallDisk {
  readonly path: string;
  /** Leaves no room for another page. */
  fill(): Promise<void>;
  /** Makes room again. */
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** A file system of a few megabytes in memory, for the user; undefined where mounting is not allowed. */
export async function mountSmallDisk(
  megabytes: number,
  user: { readonly uid: number; readonly gid: number },
): Promise<SmallDisk | undefined> {
  const directory = await createTemporaryDirectory('verimeter-disk-');
  try {
    const mount = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory.path];
    execFileSync('mount', mount, { stdio: 'ignore' });
  } catch {
    await directory.remove();
    return undefined;
  }
  await chown(directory.path, user.uid, user.gid);
  const filler = path.join(directory.path, 'filler');
  return {
    path: directory.path,
    async fill() {
      const { bavail, bsize } = await statfs(directory.path);
      const file = await open(filler, 'w');
      await file.writeFile(Buffer.alloc(bavail * bsize));
      await file.close();
    },
    empty: () => rm(filler),
    async remove() {
      execFileSync('umount', [directory.path]);
      await directory.remove();
    },
  };
}
