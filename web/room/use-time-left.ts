import { useEffect } from 'preact/hooks';
import { useRender } from './use-snapshot.ts';

/** "59:59" until that time, renewed each second; undefined when there is none, or it has passed. */
export function useTimeLeft(until: string | undefined): string | undefined {
  const render = useRender();
  useEffect(() => {
    if (!until) return;
    const timer = setInterval(render, 1_000);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = until ? Math.ceil((Date.parse(until) - Date.now()) / 1_000) : 0;
  if (seconds <= 0) return undefined;
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first = 0, ...others] = parts[0] ? parts : parts.slice(1);
  return [first, ...others.map((part) => String(part).padStart(2, '0'))].join(':');
}
