import type { Decoded } from '@verimeter/payload-codecs';
import type { SourceActivity, SourceRow } from '@verimeter/registry';

interface Activity extends Omit<SourceActivity, 'unknownFields'> {
  readonly unknownFields: Set<string>;
}
type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const MOST_NAMES = 100;

/** What came of each source and is not told yet. */
export class SourceActivities {
  #activity = new Map<string, Writable<Activity>>();

  count(
    { tenant, name }: Pick<SourceRow, 'tenant' | 'name'>,
    lastUs: number,
    parts: readonly Decoded[],
  ): void {
    const activity = this.#of(tenant, name);
    activity.lastUs = Math.max(activity.lastUs, lastUs);
    activity.messages += 1;
    for (const { readings, received, ignoredNames } of parts) {
      activity.readings += readings.length;
      activity.rejected += received - readings.length;
      if (ignoredNames !== undefined) addNames(activity, ignoredNames);
    }
  }

  #of(tenant: string, source: string): Writable<Activity> {
    const key = `${tenant}/${source}`;
    let activity = this.#activity.get(key);
    if (activity === undefined) {
      activity = {
        tenant,
        source,
        lastUs: 0,
        messages: 0,
        readings: 0,
        rejected: 0,
        unknownFields: new Set(),
      };
      this.#activity.set(key, activity);
    }
    return activity;
  }

  take(): SourceActivity[] {
    const taken = [...this.#activity.values()].map((activity) => ({
      ...activity,
      unknownFields: [...activity.unknownFields].map((name) => name.replaceAll('\0', '')),
    }));
    this.#activity = new Map();
    return taken;
  }

  /** What was taken could not be told. */
  giveBack(taken: readonly SourceActivity[]): void {
    for (const { tenant, source, lastUs, messages, readings, rejected, unknownFields } of taken) {
      const activity = this.#of(tenant, source);
      activity.lastUs = Math.max(activity.lastUs, lastUs);
      activity.messages += messages;
      activity.readings += readings;
      activity.rejected += rejected;
      addNames(activity, unknownFields);
    }
  }
}

function addNames({ unknownFields }: Activity, names: readonly string[]): void {
  if (unknownFields.size >= MOST_NAMES) return;
  for (const name of names) unknownFields.add(name);
}
