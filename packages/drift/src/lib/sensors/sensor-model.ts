/** Changes with every change of what is said of sensors. */
export const SENSOR_MODEL_VERSION = 'sensors-6';
