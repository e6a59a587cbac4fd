const BAR_WIDTH = 24;
const REDRAW_MS = 100;
/** On a pipe a line is enough now and then. */
const LINE_MS = 2000;

export interface Progress {
  /** `done` of `total` (undefined: unknown); `text` is shown beside. */
  update(done: number, total: number | undefined, text: string): void;
  /** Ends the line with a last word. */
  finish(text: string): void;
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.round(Math.min(1, share) * 100)).padStart(3)} %`;
}

/** Progress on stderr: a bar that is redrawn on a terminal, plain lines otherwise. */
export function createProgress(
  label: string,
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  let last = -Infinity;
  return {
    update(done, total, text) {
      const now = performance.now();
      if (now - last < (stream.isTTY ? REDRAW_MS : LINE_MS)) return;
      last = now;
      const share = total === undefined || total === 0 ? undefined : done / total;
      if (stream.isTTY)
        stream.write(`\r\x1b[2K${label}  ${share === undefined ? '' : `${bar(share)}  `}${text}`);
      else
        stream.write(
          `${label}: ${share === undefined ? '' : `${String(Math.floor(share * 100))} %, `}${text}\n`,
        );
    },
    finish(text) {
      stream.write(stream.isTTY ? `\r\x1b[2K${label}  ${text}\n` : `${label}: ${text}\n`);
    },
  };
}

/** 1234567 as `1,234,567`. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Progress of something that goes through rows. */
export interface RowProgress {
  /** Rows so far, and how many there will be, where that is known. */
  update(rows: number, total: number | undefined): void;
  finish(rows: number): void;
}

const clock = (seconds: number): string => {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0
    ? `${hours} h ${minutes} min`
    : minutes > 0
      ? `${minutes} min ${whole % 60} s`
      : `${whole} s`;
};

/** Rows, rows per second and, where the total is known, the time that is left. */
export function createRowProgress(label: string): RowProgress {
  const progress = createProgress(label);
  const begin = performance.now();
  return {
    update(rows, total) {
      const seconds = (performance.now() - begin) / 1000;
      const rate = rows / seconds;
      const left =
        total === undefined || total <= rows || rate === 0
          ? ''
          : `, ${clock((total - rows) / rate)} left`;
      progress.update(rows, total, `${grouped(rows)} rows, ${grouped(rate)}/s${left}`);
    },
    finish(rows) {
      const seconds = (performance.now() - begin) / 1000;
      progress.finish(
        `${grouped(rows)} rows in ${seconds.toFixed(1)} s, ${grouped(rows / Math.max(seconds, 1e-3))}/s`,
      );
    },
  };
}
