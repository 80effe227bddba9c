-- Two stations, two hours, a warning from forecast to issue, and a message that waits. Hour 411529 ends 2016-12-12 01:00.
INSERT INTO meta VALUES ('inbox_consumed', '4096');
INSERT INTO place VALUES (1, 'station', 'A'), (2, 'station', 'B'), (3, 'area', 'city');
INSERT INTO observation VALUES (1, 411529, 1, 5, 1, 35200, 0, 1481475700000, 'broker');
INSERT INTO observation VALUES (2, 411529, 2, 5, 1, 44800, 0, 1481475701000, 'broker');
INSERT INTO observation VALUES (3, 411529, 2, 2, 1, NULL, 7, 1481475701000, 'broker');
INSERT INTO observation VALUES (4, 411552, 1, 4, 24, 61000, 0, 1481475702000, 'archive');
INSERT INTO journal VALUES (5, 1481476800000, 'hour_closed', '', '{"hour":411529,"at":1481476800000,"catching_up":false}');
INSERT INTO observation VALUES (6, 411529, 2, 5, 1, 45000, 0, 1481477000000, 'broker');
INSERT INTO journal VALUES (7, 1481508000000, 'forecast', 'control', '{"area":"city","organisation":"hbj","person":"env","issued_at":1481508000000,"at":1481508000000,"days":[{"day":17148,"low":205,"high":225,"primary":"PM2.5"},{"day":17149,"low":210,"high":230,"primary":""}]}');
INSERT INTO journal VALUES (8, 1481508000000, 'proposed', '', '{"warning":"city-2016-001","area":"city","revision":1,"kind":"raise","level":"yellow","previous":"none","effective":411552,"rules":"2016-225","proposed_at":1481508000000,"judgement":{"level":"yellow","first":17148,"last":17149,"heavy_days":2,"severe_days":0,"highest_aqi":230,"clause":"预测日均 AQI>200 将持续 2 天及以上，且未达到更高级别","inputs":[{"day":17148,"aqi":225,"basis":"forecast"},{"day":17149,"aqi":230,"basis":"forecast"}]}}');
INSERT INTO journal VALUES (9, 1481508060000, 'acted', 'control', '{"warning":"city-2016-001","revision":1,"verb":"sign","person":"env","bureau":"environment","to":"consulting","at":1481508060000}');
INSERT INTO journal VALUES (10, 1481508120000, 'acted', 'control', '{"warning":"city-2016-001","revision":1,"verb":"sign","person":"met","bureau":"meteorology","to":"agreed","at":1481508120000}');
INSERT INTO journal VALUES (11, 1481508180000, 'acted', 'control', '{"warning":"city-2016-001","revision":1,"verb":"approve","person":"deputy","bureau":"government","to":"approved","at":1481508180000}');
INSERT INTO journal VALUES (12, 1481508240000, 'acted', 'control', '{"warning":"city-2016-001","revision":1,"verb":"issue","person":"office","bureau":"government","to":"issued","at":1481508240000}');
INSERT INTO outbox VALUES (1, 'city-2016-001', 1, 'portal', 'real', '{"id":"city-2016-001"}', 1481508240000, 1481594640000, 'retry', 2, 1481508300000, 'HTTP 503');
INSERT INTO outbox_attempt VALUES (1, 1, 1481508241000, 'sending', ''), (2, 1, 1481508242000, 'retry', 'HTTP 503');
INSERT INTO parked (id, received_ms, reason, detail, link, origin, station, bytes) VALUES (1, 1481475703000, 'malformed', 'not the promised JSON', 'broker', 'aqid/v1/A/hourly', '', x'7b');
INSERT INTO counter VALUES ('frames', 5), ('aside_malformed', 1);
