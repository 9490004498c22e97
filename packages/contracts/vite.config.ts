export { bundled as default } from '../../vite.shared.ts';
