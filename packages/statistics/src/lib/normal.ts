const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of N(0,1). */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / SQRT_2PI;
}

/**
 * P(Z <= z), Z ~ N(0,1). W. J. Cody's rational approximations of erfc by way of G. West, "Better approximations to
 * cumulative normal functions" (2005): absolute error below 1e-15, correct relative tail to z = -37.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z);
  if (x > 37) return z > 0 ? 1 : 0;
  const e = Math.exp((-x * x) / 2);
  let tail: number;
  if (x < 7.07106781186547) {
    let a = 3.52624965998911e-2 * x + 0.700383064443688;
    a = a * x + 6.37396220353165;
    a = a * x + 33.912866078383;
    a = a * x + 112.079291497871;
    a = a * x + 221.213596169931;
    a = a * x + 220.206867912376;
    let b = 8.83883476483184e-2 * x + 1.75566716318264;
    b = b * x + 16.064177579207;
    b = b * x + 86.7807322029461;
    b = b * x + 296.564248779674;
    b = b * x + 637.333633378831;
    b = b * x + 793.826512519948;
    b = b * x + 440.413735824752;
    tail = (e * a) / b;
  } else {
    let b = x + 0.65;
    b = x + 4 / b;
    b = x + 3 / b;
    b = x + 2 / b;
    b = x + 1 / b;
    tail = e / b / SQRT_2PI;
  }
  return z > 0 ? 1 - tail : tail;
}
