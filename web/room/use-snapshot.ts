import { useEffect, useState } from 'preact/hooks';
import type { Room, RoomSnapshot } from '../../client/index.ts';

/** What renders the component again. */
export function useRender(): () => void {
  const [, setState] = useState<object>();
  return () => setState({});
}

/** The room as it is now; the component is rendered again whenever that changes. */
export function useSnapshot(room: Room): RoomSnapshot {
  const render = useRender();
  const { snapshot } = room;
  useEffect(() => {
    // It may have changed between the render and here.
    if (room.snapshot !== snapshot) render();
    return room.subscribe(render);
  }, [room]);
  return snapshot;
}
