import { isObject } from '../json.ts';
import type { DialectState } from './dialect.ts';
import { remembered } from './remember.ts';

/** Devices whose names are remembered; a source has not more. */
const MOST_DEVICES = 50_000;
/** No device id and no channel is longer. */
const LONGEST = 200;

const keyOf = remembered((device) => `names ${device}`);

/**
 * Which of the free names of a device has a quantity of its own: the one that came first, for as long as the source lasts. A further
 * sensor of the same quantity is a channel by its name. Remembered, so that a restart or another order of messages does not swap them.
 */
export class ChannelNames {
  readonly #state: DialectState;

  constructor(state: DialectState) {
    this.#state = state;
  }

  /** The empty channel, or `name`. @param learns whether a new name may be remembered: not from a replay */
  channelOf(device: string, quantity: string, name: string, learns: boolean): string {
    const key = keyOf(device);
    const known = this.#state.get(key);
    const names = isObject(known) ? known : undefined;
    const first =
      names !== undefined && Object.hasOwn(names, quantity) ? names[quantity] : undefined;
    if (typeof first === 'string') return first === name ? '' : name;
    const hasRoom = names !== undefined || this.#state.size < MOST_DEVICES;
    if (learns && hasRoom && isKeepable(device) && isKeepable(name))
      this.#state.set(key, { ...names, [quantity]: name });
    return '';
  }
}

/** Whether a text of a sender can stand in JSON of the database. */
const isKeepable = (text: string): boolean =>
  text.length <= LONGEST && text.isWellFormed() && !text.includes('\0');
