export { default } from './preflight.ts';
