-- Two stations, two hours, a correction in its two levels, a sign-off, a dust day, a notice and marks. Hour 411529 ends
-- 2016-12-12 01:00; day 17147 is 2016-12-12.
INSERT INTO meta VALUES ('inbox_consumed', '4096');
INSERT INTO place VALUES (1, 'station', 'A'), (2, 'station', 'B'), (3, 'area', 'city');
INSERT INTO observation VALUES (1, 411529, 1, 5, 1, 35200, 0, 1481475700000, 'broker');
INSERT INTO observation VALUES (2, 411529, 2, 5, 1, 44800, 5, 1481475701000, 'broker');
INSERT INTO journal VALUES (3, 1481476800000, 'hour_closed', '', '{"hour":411529,"at":1481476800000,"catching_up":false}');
INSERT INTO journal VALUES (4, 1481508000000, 'correction', 'control', '{"correction":"R2016-0001","station":"B","pollutant":"pm2_5","first":411529,"last":411529,"kind":"accept","why":"校准已结束","document":"运维记录 12","person":"env","at":1481508000000}');
INSERT INTO journal VALUES (5, 1481508060000, 'correction_decided', 'control', '{"correction":"R2016-0001","ratified":true,"why":"","person":"met","at":1481508060000}');
INSERT INTO journal VALUES (6, 1481508060000, 'notice', '', '{"number":"2016-0001","at":1481508060000,"cause":"correction","who":"env, met","why":"R2016-0001","further":0,"changes":[{"place":"B","what":"day_value","day":17147,"before":"NA","after":"45","pollutant":"pm2_5"}]}');
INSERT INTO journal VALUES (7, 1481508120000, 'signed_off', 'control', '{"place":"city","first":17147,"last":17147,"level":"validated","note":"","person":"env","at":1481508120000}');
INSERT INTO journal VALUES (8, 1481508180000, 'dust', 'control', '{"area":"city","day":17147,"is_dust":true,"document":"总站气字〔2016〕1号","why":"浮尘","person":"env","at":1481508180000}');
INSERT INTO mark VALUES (411529, 1, 5, 'spike', '35.2 ug/m3');
INSERT INTO counter VALUES ('frames', 2);
