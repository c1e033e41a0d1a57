-- add: a settled question; the same question under the same asking number is kept once
INSERT INTO answers (uid, conversation_id, follow_up_id, contact_id, person_id, question, asking, status, codes, number,
                     text, masked, drawn, draw_probability, language, door, source, asked_at, answered_at, recorded_at,
                     week, supersedes)
VALUES (:uid, :conversation, :follow_up, :contact, :person, :question, :asking, :status, :codes, :number, :text, :masked,
        :drawn, :probability, :language, :door, :source, :asked_at, :answered_at, :now, :week,
        (SELECT id FROM answers WHERE conversation_id = :conversation AND question = :question AND asking < :asking
          ORDER BY asking DESC LIMIT 1))
ON CONFLICT (conversation_id, question, asking) DO NOTHING

-- of_contact: a contact's answers that nothing supersedes, in the order they were given
SELECT answers.question, answers.status, answers.codes, answers.number, answers.text, conversations.fingerprint
  FROM answers JOIN conversations ON conversations.id = answers.conversation_id
 WHERE answers.contact_id = :contact
   AND NOT EXISTS (SELECT 1 FROM answers AS newer WHERE newer.contact_id = answers.contact_id AND newer.supersedes = answers.id)
 ORDER BY answers.id
