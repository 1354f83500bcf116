import { simulateHalf } from './schedules.js';

simulateHalf(1);
