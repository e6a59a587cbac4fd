import { envField, parseConfig } from '@verimeter/service-runtime';
import { z } from 'zod';

const schema = z.object({
  MQTT_URL: envField.url(['mqtt', 'mqtts', 'ws', 'wss']),
  LOG_LEVEL: envField.logLevel(),
});

export interface SimulatorConfig {
  readonly mqttUrl: string;
  readonly logLevel: z.infer<typeof schema>['LOG_LEVEL'];
}

/** What the simulator takes from the environment. @throws {ConfigurationError} */
export function simulatorConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): SimulatorConfig {
  const values = parseConfig(schema, env);
  return { mqttUrl: values.MQTT_URL, logLevel: values.LOG_LEVEL };
}
