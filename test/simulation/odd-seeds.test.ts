import { simulateHalf } from './schedules.js';

simulateHalf(0);
