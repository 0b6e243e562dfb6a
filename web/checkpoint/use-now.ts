/** The time, as often as an age that is shown can change. */
import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 5000;

export function useNow(): number {
  const [nowSeconds, setNow] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setNow(now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowSeconds;
}

/** Unix seconds. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
