import type { Device } from '@verimeter/api-schema';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { ApiError, get, type Page } from '../../lib/api-client.ts';
import { entryHref } from '../../lib/routing.ts';
import { scannedDevice } from '../../lib/scanned-device.ts';
import { asApiError } from '../../lib/use-resource.ts';

/** The devices that a text names: by id or scanned code, else by serial number. */
async function findDevices(text: string): Promise<readonly Device[]> {
  const id = scannedDevice(text);
  if (id !== undefined)
    try {
      return [await get<Device>(`/devices/${encodeURIComponent(id)}`, {})];
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'not_found') throw error;
    }
  const { items } = await get<Page<Device>>('/devices', { serial: text.trim(), limit: 20 });
  return items;
}

/** Finds the device whose result is to be entered. */
export function DevicePicker() {
  const { t, words } = useText();
  const texts = t.legal.form;
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Device[]>([]);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const find = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setProblem(undefined);
    setError(undefined);
    setFound([]);
    if (text.trim() === '') {
      setProblem(t.legal.words.problem.required);
      return;
    }
    try {
      const devices = await findDevices(text);
      const [first] = devices;
      if (first === undefined) setProblem(texts.deviceNone(text.trim()));
      else if (devices.length === 1) globalThis.location.hash = entryHref(first.device_id);
      else setFound(devices);
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  return (
    <section className="card" aria-label={texts.device}>
      <form className="picker" noValidate onSubmit={(event) => void find(event)}>
        <TextField
          label={texts.deviceLabel}
          value={text}
          problems={problem === undefined ? [] : [problem]}
          onChange={setText}
        />
        <button type="submit" className="primary">
          {texts.deviceFind}
        </button>
      </form>
      {error !== undefined && <ProblemNote error={error} />}
      {found.length > 0 && (
        <>
          <p>{texts.deviceSeveral}</p>
          <ul className="picked">
            {found.map((device) => (
              <li key={device.device_id}>
                <a href={entryHref(device.device_id)}>{device.device_id}</a>
                <span className="sub">
                  {[
                    words.deviceKind[device.kind],
                    device.manufacturer,
                    device.model,
                    device.address,
                  ]
                    .filter((part) => part !== null && part !== '')
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
