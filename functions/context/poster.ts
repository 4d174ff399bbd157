import { managementApi } from '../../shared/delivery/posting/management-api.ts';
import { newPoster } from '../../shared/delivery/posting/poster.ts';
import { environment } from './environment.ts';
import { countPosted } from './observe.ts';

const api = managementApi(environment.managementEndpoint);

export const poster = newPoster({
  ...api,
  async post(connectionId, payload) {
    const status = await api.post(connectionId, payload);
    if (status === 200) countPosted(payload.body.length);
    return status;
  },
});
