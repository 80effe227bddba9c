-- A warning to two people by SMS: one has it, one waits. The digests were worked out by hand (Python's hashlib).
INSERT INTO place VALUES (1, 'station', 'A'), (2, 'station', 'B'), (3, 'area', 'city');
INSERT INTO audience VALUES (1, 'officials', '00112233');
INSERT INTO recipient VALUES (1, 2, '张三', 'zh-CN', '13900000001', ''), (1, 3, '李四', 'en', '13900000002', '');
INSERT INTO outbox VALUES (1, 'city-2016-001', 1, 'sms', 'mobile', 'sms', 1, 'warning', 0, 'real', '{"schema":"aqid/warning/1"}', '{"text":"鹤壁：橙色"}', '{"text":"Hebi: orange"}', 1481500000000, 1481543200000, 1);
INSERT INTO delivery VALUES (1, 2, 2, 1, 1481500000000, 'id-7', 'taken'), (1, 3, 0, 0, 1481500000000, '', '');
INSERT INTO channel_word VALUES ('sms', 'accepted', 'taken', 1481500002000, 1481500002000);
INSERT INTO ledger VALUES (1, 1481500000000, 1, -1, 'prepared', 'city-2016-001/1/sms to officials@00112233, 2 deliveries, text 2d3a18748ae04ff7707723b1f276f0c5cd581bb4ef3106bf269f3303d60c9a14', x'e0ab6474911af2f5e292ec9e62e4264037ff96d83e3233ac44db9f8839c7f3c3');
INSERT INTO ledger VALUES (2, 1481500001000, 1, 2, 'sending', '', x'd39aac636f5d0295136617b6e31db5a16e501d53d034eb8465347b45d4ec379d');
INSERT INTO ledger VALUES (3, 1481500002000, 1, 2, 'accepted', 'taken', x'009bac8a2a4bfa296982ce531da17e4fec9a628044551d26642d2e2ca12f6d36');
