export * from './identity.ts';
export * from './lookup.ts';
export * from './lookup-handle-free.ts';
export * from './map.ts';
export * from './tower.ts';
export * from './twr.ts';
