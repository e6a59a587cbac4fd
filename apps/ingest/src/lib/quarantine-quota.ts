import type { QuarantineRow } from '@verimeter/registry';

/** Entries that are kept of one device (or topic) for one reason in an hour. The rest tells nothing new and is only counted. */
export const KEPT_PER_HOUR = 1000;
/** More causes than this are not told apart: counting begins anew. */
const MAX_CAUSES = 100_000;
const HOUR_US = 3600e6;

type Cause = Pick<QuarantineRow, 'tenant' | 'deviceId' | 'topic' | 'reason' | 'receivedAtUs'>;

/** What one device floods the quarantine with must not fill the disk. Each worker counts for itself. */
export class QuarantineQuota {
  #hour = -1;
  readonly #kept = new Map<string, number>();

  /** The rows to keep and those to count only, in their order. Counts nothing by itself: the transaction may be tried again. */
  split<Row extends Cause>(rows: readonly Row[]): { kept: Row[]; leftOut: Row[] } {
    const more = new Map<string, number>();
    const kept: Row[] = [];
    const leftOut: Row[] = [];
    for (const row of rows) {
      const key = keyOf(row);
      const own = (more.get(key) ?? 0) + 1;
      if ((this.#kept.get(key) ?? 0) + own > KEPT_PER_HOUR) leftOut.push(row);
      else {
        more.set(key, own);
        kept.push(row);
      }
    }
    return { kept, leftOut };
  }

  /** The rows have been kept. */
  add(rows: readonly Cause[]): void {
    for (const row of rows) {
      const hour = hourOf(row);
      if (hour > this.#hour || this.#kept.size > MAX_CAUSES) this.#kept.clear();
      this.#hour = Math.max(this.#hour, hour);
      const key = keyOf(row);
      this.#kept.set(key, (this.#kept.get(key) ?? 0) + 1);
    }
  }
}

const hourOf = ({ receivedAtUs }: Cause): number => Math.floor(receivedAtUs / HOUR_US);

const keyOf = (row: Cause): string =>
  `${row.tenant ?? ''}\0${row.deviceId ?? row.topic}\0${row.reason}\0${hourOf(row)}`;
